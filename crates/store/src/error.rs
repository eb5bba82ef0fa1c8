//! What can go wrong with storage, in words for the person at the tab and with the code of its notice.

use paceline_room::limits;

/// Why storage did not do what it was asked. Whatever the reason, nothing is half-written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The browser's quota for this page, or the disk, is used up.
    #[error("there is no room left on this device: nothing of this was stored, what was stored before is kept")]
    Full,
    /// IndexedDB is missing, refused (private mode, policy) or does not answer.
    #[error(
        "this browser does not let the page store anything ({0}): what you see is kept only while this tab is open"
    )]
    Unavailable(String),
    /// The database was written by a newer version of this page.
    #[error(
        "what is stored here was written by a newer version of this page: reload to get that version; nothing was changed"
    )]
    Newer,
    /// The database, or a record that nothing can go on without, is not what this page wrote.
    #[error("what is stored here is damaged ({0}): it was left as it is, and can be fetched again from others")]
    Damaged(String),
    /// The database was taken from this tab: deleted, renewed or written by another tab, or cleared by the browser.
    #[error(
        "this browser's copy was deleted or taken over by another tab: what this tab holds is kept while it is open"
    )]
    Closed,
    /// A tab of an older version has the database open and does not let go.
    #[error(
        "another tab with an older version of this page holds what is stored here: close that tab, or reload it; nothing was changed"
    )]
    Blocked,
    /// A block is larger than any the room admits.
    #[error("a block is larger than the {} KiB that are allowed", limits::BLOCK_BYTES / 1024)]
    TooLarge,
    /// Anything else the browser reports, such as a failing disk.
    #[error("the browser could not store this ({0}): nothing of it was stored, what was stored before is kept")]
    Failed(String),
}

impl StoreError {
    /// The code of the notice that tells about it.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Full => "storage-full",
            Self::Unavailable(_) => "storage-unavailable",
            Self::Closed => "storage-gone",
            Self::Failed(_) => "storage-failed",
            Self::Newer => "storage-newer",
            Self::Blocked => "storage-blocked",
            Self::Damaged(_) | Self::TooLarge => "storage-damaged",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_has_a_notice_code_and_a_sentence() {
        let all = [
            (StoreError::Full, "storage-full"),
            (StoreError::Unavailable("why".into()), "storage-unavailable"),
            (StoreError::Newer, "storage-newer"),
            (StoreError::Blocked, "storage-blocked"),
            (StoreError::Damaged("what".into()), "storage-damaged"),
            (StoreError::Closed, "storage-gone"),
            (StoreError::TooLarge, "storage-damaged"),
            (StoreError::Failed("why".into()), "storage-failed"),
        ];
        for (error, code) in all {
            assert_eq!(error.code(), code);
            assert!(error.to_string().len() > 40, "says what happened and what was kept: {error}");
        }
    }
}
