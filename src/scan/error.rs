//! Why no QR code is read.

/// Why nothing is read; each is a notice, by its code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScanError {
    /// The person, or a policy, said no.
    Refused,
    /// There is none, or another program has it.
    Missing,
    /// The page came over plain http: browsers give it no camera.
    Insecure,
    /// The part that reads QR codes could not be loaded.
    NoReader,
}

impl ScanError {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Refused => "camera-refused",
            Self::Missing => "camera-missing",
            Self::Insecure => "camera-insecure",
            Self::NoReader => "scanner-missing",
        }
    }
}
