//! See the target of this name in the library.
#![cfg_attr(fuzzing, no_main)]

paceline_fuzz::libfuzzer!("verify");
