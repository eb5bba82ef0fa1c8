//! Members that answer just enough to be waited for: honest nodes converge all the same.

use paceline_room::body::Introduced;

use crate::world::{Lie, Net};

fn talk(net: &mut Net, at: usize, lines: usize) {
    for line in 0..lines {
        let body = Introduced {
            name: format!("line {line}").try_into().unwrap(),
            strengths: Default::default(),
            hue: 1_u64.try_into().unwrap(),
        };
        assert!(net.write(at, None, |_| body.into()).is_some());
        net.run_for(50);
    }
}

/// A node that misses half of the room's events, alone with liars while they were written, gets them once it is linked
/// with an honest node, whatever the liars do.
fn catches_up_among(lie: Lie) {
    for seed in 0..4 {
        let mut net = Net::new(900 + seed);
        let late = net.join();
        talk(&mut net, 0, 40);
        let liars = [net.join_liar(lie), net.join_liar(lie)];
        net.run_for(1_000);
        net.partition(|at| u8::from(at == late || liars.contains(&at)));
        talk(&mut net, 0, 40);
        net.run_for(5_000);
        assert_ne!(net.events(late), net.events(0));
        net.heal();
        net.run_for(40_000);
        assert!(net.events(late) == net.events(0), "seed {seed}");
    }
}

#[test]
fn who_streams_a_known_event_at_a_time_keeps_nobody_from_catching_up() {
    catches_up_among(Lie::Trickle);
}

#[test]
fn who_promises_blocks_and_sends_none_keeps_nobody_from_getting_them_elsewhere() {
    catches_up_among(Lie::SlowBlocks);
}
