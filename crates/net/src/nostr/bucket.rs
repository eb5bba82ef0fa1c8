//! A token bucket: so many at once, so many an hour, never more.

use paceline_mesh::replica::Millis;

/// Fills with one token every `every` milliseconds, up to `most`.
#[derive(Debug, Clone)]
pub(crate) struct Bucket {
    most: u32,
    every: Millis,
    tokens: u32,
    /// When the last token was put in.
    filled: Millis,
}

impl Bucket {
    /// Full.
    pub(crate) const fn new(most: u32, every: Millis, now: Millis) -> Self {
        Self { most, every, tokens: most, filled: now }
    }

    /// Takes a token, if there is one.
    pub(crate) fn take(&mut self, now: Millis) -> bool {
        self.fill(now);
        self.tokens = match self.tokens.checked_sub(1) {
            Some(left) => left,
            None => return false,
        };
        true
    }

    /// When there is a token.
    pub(crate) const fn ready_at(&self, now: Millis) -> Millis {
        if self.tokens > 0 { now } else { self.filled + self.every }
    }

    fn fill(&mut self, now: Millis) {
        let new = now.saturating_sub(self.filled) / self.every;
        let tokens = u64::from(self.tokens).saturating_add(new);
        self.tokens = u32::try_from(tokens).unwrap_or(self.most).min(self.most);
        self.filled += new * self.every;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_gives_what_is_in_it_and_then_one_at_a_time() {
        let mut bucket = Bucket::new(3, 100, 0);
        assert_eq!([bucket.take(10), bucket.take(10), bucket.take(10), bucket.take(99)], [true, true, true, false]);
        assert_eq!(bucket.ready_at(99), 100);
        assert!(bucket.take(100));
        assert!(!bucket.take(199));
        assert!(bucket.take(1_000_000) && bucket.take(1_000_000) && bucket.take(1_000_000));
        assert!(!bucket.take(1_000_000), "it was full, no more");
    }
}
