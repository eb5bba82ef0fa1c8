//! Codes of errors and notices, and their sentences: what happened, what was kept, what to do.

use paceline_store::StoreError;

use super::SessionError;

/// The sentence of a code.
pub fn sentence(code: &str) -> &'static str {
    match code {
        "no-room" => "There is no room open in this tab. Open one from the start page or by its link.",
        "bad-link" => {
            "This link is damaged or incomplete. Nothing was changed. Ask for the link again and open it whole."
        }
        "newer-link" => {
            "This link was made by a newer Paceline. Nothing was changed. Reload the page to get the newer version."
        }
        "storage-full" => {
            "This browser has no room left to store more. What was stored is kept; what could not be stored was not sent. \
             Free some space or forget a room, then try again."
        }
        "storage-unavailable" => {
            "This browser does not let the page store anything (private window or a policy). Nothing was lost, but no room \
             can be opened here: use a normal window."
        }
        "storage-newer" => {
            "The data in this browser was written by a newer Paceline. It was left as it is. Reload the page to get the \
             newer version."
        }
        "storage-damaged" => {
            "Part of what this browser had stored of the room is damaged. What could be read is here; the rest is fetched \
             again from the others when they are reachable."
        }
        "webrtc-unavailable" => {
            "This browser does not allow direct connections (WebRTC). The room is here and tabs of this browser still \
             connect; to meet others allow WebRTC or use another browser."
        }
        "import-damaged" => {
            "The file is damaged, so nothing of it was taken in. The room here is as it was. Ask for the file again."
        }
        "wrong-import" => "The file belongs to another room. Nothing was changed.",
        "not-found" => "That is not here (any more), so nothing was changed.",
        "not-yours" => "Only its author can change that. Nothing was changed.",
        "empty-text" => "There is nothing to send yet.",
        "not-free" => "Somebody holds this baton already. Nothing was changed.",
        "not-holder" => "You do not hold this baton (any more). Nothing was changed.",
        "still-here" => "Whoever holds this baton is here, so nothing was changed. Ask for the baton instead.",
        "not-offered" => "This offer does not stand (any more). Nothing was changed.",
        "not-reclaimable" => "There is nothing to reclaim here (any more). Nothing was changed.",
        "baton-closed" => "This baton is closed. Nothing was changed.",
        "no-such-form" => "This build does not know that form. Nothing was changed.",
        "room-in-use" => {
            "Another tab has this room open, so it was not forgotten completely. Close that tab and forget the room again."
        }
        _ => "Something went wrong. Nothing was lost.",
    }
}

/// An error by its code.
pub fn error(code: &'static str) -> SessionError {
    SessionError::new(code, sentence(code))
}

/// A pasted code that could not be used.
pub fn by_hand(error: paceline_net::ByHandError) -> SessionError {
    SessionError::new(error.code(), error.to_string())
}

/// A storage error in a person's words.
pub fn storage(error: &StoreError) -> SessionError {
    self::error(error.code())
}
