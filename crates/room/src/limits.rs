//! Bounds on what an event may carry. A block over a limit is refused with the limit's own error.

/// Bytes of one event block.
pub const BLOCK_BYTES: usize = 32 * 1024;
/// Bytes of the text in one words block (UTF-8).
pub const WORDS_BYTES: usize = 16 * 1024;
/// Bytes of a whole words block: the text and what stands around it.
pub const WORDS_BLOCK_BYTES: usize = WORDS_BYTES + 256;
/// Characters of a title (of the room, a baton), of a name and of a short note.
pub const TITLE_CHARS: usize = 200;
/// Characters of the purpose of a room, a note or an outcome.
pub const NOTE_CHARS: usize = 2_000;
/// Characters of one tag or strength, of a form's name and of the name of a kind.
pub const TAG_CHARS: usize = 40;
/// Tags on a post, strengths of a node or baton, mentions, sources.
pub const TAGS: usize = 16;
/// Meetings that are shown as one at once.
pub const MEETINGS_AT_ONCE: usize = 8;
/// How long a timer runs at most, in seconds: a day.
pub const TIMER_SECONDS: u64 = 24 * 60 * 60;
/// The least time that a form gives to anything in its meetings, in seconds.
pub const FORM_SECONDS_LEAST: u64 = 10;
/// ... and the most.
pub const FORM_SECONDS: u64 = 60 * 60;
/// Days between two meetings of a form: up to a year.
pub const FORM_DAYS: u64 = 366;
/// The least silence after which somebody may take over, in seconds.
pub const GRACE_LEAST: u64 = 5;
/// ... and the most: a day.
pub const GRACE: u64 = 24 * 60 * 60;
/// Bytes of a place among others.
pub const ORDER_BYTES: usize = 64;
/// Nodes in the order of a round, and so many again who come later: who comes after them has no turn.
pub const ORDER: usize = 64;
/// Choices of a round.
pub const CHOICES: usize = 16;
/// Options that dots are given to.
pub const OPTIONS: usize = 64;
/// Dots that each has.
pub const DOTS: u64 = 20;
/// The ends of the widest scale are this far from 0.
pub const SCALE: i64 = 100;
/// Bytes of an answer that is no text, encrypted.
pub const SEALED_BYTES: usize = 1024;
/// Shares of a key: its author's, and those of so many others.
pub const SHARES: usize = 17;
/// Bytes of a share, encrypted.
pub const SHARE_BYTES: usize = 160;
/// Parents of an event.
pub const PARENTS: usize = 64;
/// Nodes that one may ever call itself, so that it can be joined by them: of tabs and devices, whoever forgets some, too.
pub const ALSO_ME: usize = 64;
/// Chains of one author in which it may say side by side that another node is the same person; more, and it has not said it.
pub const SIDE_BY_SIDE: usize = 8;
/// Lists and maps inside one another in a block, the event itself included. Known kinds need four; what stands in an
/// unknown one must not exhaust the stack of whoever walks it.
pub const NESTING: usize = 32;
/// The largest number in a field of an event: what JavaScript holds exactly (2^53 - 1), so that any IPLD tool reads
/// our blocks.
pub const NUMBER: u64 = (1 << 53) - 1;
