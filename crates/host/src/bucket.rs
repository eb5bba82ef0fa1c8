//! How much of something is allowed over time: a token bucket on a clock that is passed in. The page's own one, of
//! `paceline-mesh`, counts in milliseconds and knows no debt; the host would have to build the mesh for it.

use std::time::Instant;

/// Fills steadily up to its size; who takes from it when it is empty is refused.
#[derive(Debug, Clone)]
pub struct Bucket {
    size: f64,
    per_second: f64,
    left: f64,
    seen: Instant,
}

impl Bucket {
    /// A full bucket of so many tokens, which gains so many each second.
    pub fn new(size: u32, per_second: u32, now: Instant) -> Self {
        Self { size: size.into(), per_second: per_second.into(), left: size.into(), seen: now }
    }

    /// Takes one token; false if there is none.
    pub fn take(&mut self, now: Instant) -> bool {
        self.fill(now);
        let enough = self.left >= 1.0;
        if enough {
            self.left -= 1.0;
        }
        enough
    }

    /// Takes tokens that are not there yet, at most one whole bucket of them: for a cost that is known only afterwards.
    pub fn charge(&mut self, tokens: u32, now: Instant) {
        self.fill(now);
        self.left = (self.left - f64::from(tokens)).max(-self.size);
    }

    /// Whether nothing was taken that has not come back: then it need not be remembered.
    pub fn is_full(&mut self, now: Instant) -> bool {
        self.fill(now);
        self.left >= self.size
    }

    fn fill(&mut self, now: Instant) {
        let passed = now.saturating_duration_since(self.seen).as_secs_f64();
        self.left = (self.left + passed * self.per_second).min(self.size);
        self.seen = self.seen.max(now);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_burst_passes_then_only_the_steady_rate() {
        let start = Instant::now();
        let mut bucket = Bucket::new(3, 2, start);
        assert_eq!((0..5).filter(|_| bucket.take(start)).count(), 3);
        let later = start + Duration::from_secs(1);
        assert_eq!((0..5).filter(|_| bucket.take(later)).count(), 2);
        assert!(!bucket.is_full(later));
        assert!(bucket.is_full(start + Duration::from_secs(60)));
    }

    #[test]
    fn a_cost_known_afterwards_is_paid_later_and_is_bounded() {
        let start = Instant::now();
        let mut bucket = Bucket::new(10, 1, start);
        bucket.charge(1_000, start);
        assert!(!bucket.take(start + Duration::from_secs(10)));
        assert!(bucket.take(start + Duration::from_secs(11)));
    }
}
