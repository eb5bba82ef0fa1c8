//! How much may be under way: a channel has no back-pressure, so the receiver grants a window and the sender keeps to it.

/// What may be sent and not yet read by the other side, in charged bytes.
pub(super) const WINDOW: u64 = 256 * 1024;
/// The receiver reports what it has read in steps of this size.
const STEP: u64 = WINDOW / 4;
/// Charged for each message beside its bytes, so that a window holds a bounded number of messages too.
const PER_MESSAGE: u64 = 64;

/// The other side does not keep to the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum FlowError {
    #[error("the peer sent more than was granted")]
    Overrun,
    #[error("the peer acknowledged what was never sent")]
    FalseAck,
}

/// The sender's side.
#[derive(Debug, Default)]
pub(super) struct Sending {
    sent: u64,
    acknowledged: u64,
}

impl Sending {
    /// How many bytes the next message may have; 0: wait.
    pub(super) fn allowance(&self) -> usize {
        let free = WINDOW.saturating_sub(self.sent - self.acknowledged).saturating_sub(PER_MESSAGE);
        usize::try_from(free).unwrap_or(usize::MAX)
    }

    pub(super) fn on_sent(&mut self, bytes: usize) {
        self.sent += charge(bytes);
    }

    /// `total`: what the other side has read since the start.
    pub(super) fn on_ack(&mut self, total: u64) -> Result<(), FlowError> {
        if total < self.acknowledged || total > self.sent {
            return Err(FlowError::FalseAck);
        }
        self.acknowledged = total;
        Ok(())
    }
}

/// The receiver's side.
#[derive(Debug, Default)]
pub(super) struct Receiving {
    received: u64,
    read: u64,
    acknowledged: u64,
}

impl Receiving {
    pub(super) fn on_message(&mut self, bytes: usize) -> Result<(), FlowError> {
        self.received += charge(bytes);
        if self.received - self.acknowledged > WINDOW { Err(FlowError::Overrun) } else { Ok(()) }
    }

    /// A whole message was read: the acknowledgement to send now, if any.
    pub(super) fn on_read(&mut self, bytes: usize) -> Option<u64> {
        self.read += charge(bytes);
        if self.read - self.acknowledged < STEP {
            return None;
        }
        self.acknowledged = self.read;
        Some(self.read)
    }
}

const fn charge(bytes: usize) -> u64 {
    bytes as u64 + PER_MESSAGE
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_sender_stops_at_the_window_and_goes_on_when_it_is_read() {
        let mut sending = Sending::default();
        sending.on_sent(sending.allowance());
        assert_eq!(sending.allowance(), 0);
        sending.on_ack(STEP).unwrap();
        assert_eq!(sending.allowance() as u64, STEP - PER_MESSAGE);
    }

    #[test]
    fn acknowledging_what_was_not_sent_is_refused() {
        let mut sending = Sending::default();
        sending.on_sent(10);
        assert_eq!(sending.on_ack(75), Err(FlowError::FalseAck));
        sending.on_ack(74).unwrap();
        assert_eq!(sending.on_ack(73), Err(FlowError::FalseAck));
    }

    #[test]
    fn sending_beyond_the_window_is_refused() {
        let mut receiving = Receiving::default();
        receiving.on_message((WINDOW - PER_MESSAGE) as usize).unwrap();
        assert_eq!(receiving.on_message(0), Err(FlowError::Overrun));
    }

    proptest! {
        #[test]
        fn an_honest_pair_never_stalls_nor_overruns(sizes in proptest::collection::vec(1usize..100_000, 1..100)) {
            let (mut sending, mut receiving) = (Sending::default(), Receiving::default());
            for size in sizes {
                let mut left = size;
                while left > 0 {
                    let now = left.min(sending.allowance());
                    prop_assert!(now > 0, "everything sent was read, so there is room");
                    sending.on_sent(now);
                    prop_assert_eq!(receiving.on_message(now), Ok(()));
                    if let Some(total) = receiving.on_read(now) {
                        prop_assert_eq!(sending.on_ack(total), Ok(()));
                    }
                    left -= now;
                }
            }
        }
    }
}
