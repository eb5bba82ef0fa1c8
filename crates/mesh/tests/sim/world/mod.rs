//! What the tests run replicas in: one alone with a test that plays its peers, two with an instant link, and a whole
//! network with delays and faults on virtual time.

mod counting;
mod net;
mod pair;
mod rng;
mod solo;
mod story;

pub use counting::{Bites, Stats};
pub use net::Net;
pub use paceline_mesh::testing::Lie;
pub use pair::{Pair, SLICE};
pub use rng::Rng;
pub use solo::{ME, Solo, item};
pub use story::{Faults, LATER, run_story, seeds, settle, settle_words};
