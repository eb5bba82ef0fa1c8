//! The end of everything: told to each connection, and over when the last one has ended.

use std::time::Duration;

use tokio::{sync::watch, time::timeout};

/// Held by the server.
#[derive(Debug)]
pub struct Closer(watch::Sender<bool>);

/// Held by each connection as long as it lasts.
#[derive(Debug, Clone)]
pub struct Closing(watch::Receiver<bool>);

impl Default for Closer {
    fn default() -> Self {
        Self(watch::Sender::new(false))
    }
}

impl Closer {
    /// For one more connection.
    pub fn watched(&self) -> Closing {
        Closing(self.0.subscribe())
    }

    /// Tells all connections to end, and waits until they have, but no longer than this.
    pub async fn close(self, patience: Duration) {
        let _ = self.0.send(true);
        let _ = timeout(patience, self.0.closed()).await;
    }
}

impl Closing {
    /// Resolves when the host stops.
    pub async fn asked(&mut self) {
        // An error means that the server is gone altogether.
        let _ = self.0.wait_for(|closing| *closing).await;
    }
}
