# Notices and errors, by their code (docs/notices.md): what happened, what was kept, what to do.

notice-no-room = There is no room open in this tab. Open one from the start page or by its link.
notice-practice = This is practice, and nothing of it is kept: what you asked for is done in your own room. Leave practice first.
notice-practice-visited = Somebody has come into your own room. Leave practice to meet them there; nothing of practice goes along.
notice-read-only = You chose to only read this room, so nothing is written. Settings says how much of it this tab takes; change it there to write.
notice-bad-link = This link is damaged or incomplete. Nothing was changed. Ask for the link again and open it whole.
notice-superseded = Another address was opened before this one was shown. A room that was founded is among your rooms.
notice-newer-link = This link was made by a newer Paceline. Nothing was changed. Reload the page to get the newer version.
notice-storage-full = This browser has no room left to store more. What was stored is kept; what could not be stored was not sent. Free some space or forget a room, then try again.
notice-storage-unavailable = This browser does not let the page store anything (private window or a policy), so no room can be opened here. Use a normal window.
notice-storage-gone = This browser’s copy of the room was deleted (site data cleared, or another tab did it). All that this tab holds is still here, in memory only, and nothing new is sent: store it again, or export it, before you close this tab.
notice-storage-failed = The browser could not store this. What was stored before is kept, and your words are still here: try again, or export the room.
notice-target-gone = What this was about was taken back meanwhile, so it was not sent. Your words are kept.
notice-storage-newer = The data in this browser was written by a newer Paceline. It was left as it is. Reload the page to get the newer version.
notice-storage-blocked = Another tab with an older Paceline holds the data in this browser. Nothing was changed. Close that tab or reload it, then reload this one.
notice-key-taken = Another tab was writing as you all along, so this one goes on as somebody new. Nothing is lost.
notice-storage-damaged = Part of what this browser had stored of the room is damaged. What could be read is here; the rest is fetched again from the others when they are reachable.
notice-bad-config = The list of servers beside this page (paceline.json) cannot be read, so { $remembered ->
    [yes] the last good one is used
   *[no] no servers are used
}: { $why }. Rooms work; tabs of this browser and codes by hand meet in any case. Tell whoever runs this page.
notice-form-changed = The kind of meeting in { $file } beside this page is not used quite as it is written: { $what }.{ $more ->
    [0] { "" }
    [one] { " " }So it is with one more place.
   *[other] { " " }So it is with { $more } more places.
} Meetings of it can be held. Tell whoever runs this page.
notice-form-unread = The kind of meeting in { $file } beside this page cannot be used: { $what }. The others are there, and rooms work. Tell whoever runs this page.
notice-mixed-content = This page is encrypted (https), so the browser does not let it use relays that are not: { $relays }. The others are used. Whoever runs this page should write wss: in paceline.json.
notice-webrtc-unavailable = This browser does not allow direct connections (WebRTC). The room is here and tabs of this browser still connect; to meet others allow WebRTC or use another browser.
notice-broadcast-channel-unavailable = This browser does not let its own tabs find each other (BroadcastChannel). The room is here and others can still be met; to join two tabs of this browser, connect them by hand.
notice-cannot-listen = Others cannot connect to this tab in one of the ways there are. The room is here and the other ways go on; reload the page to try again.
notice-bad-ice-server = An entry of this page’s list of STUN and TURN servers is not used: { $why }. The others are, and the room goes on. Correct it in Settings, or tell whoever set up this page.
notice-relay-only-without-turn = You chose to hide your address, and no usable TURN server is known that could stand in for it. So nobody outside this browser can be reached; the room and what you write are kept here. Add a TURN server in Settings, or allow direct connections.
notice-file-unreadable = The file could not be read. Nothing was changed. Choose it again.
notice-import-damaged = The file is damaged, so nothing of it was taken in. The room here is as it was. Ask for the file again. ({ $why }.)
notice-wrong-import = The file belongs to another room. Nothing was changed.
notice-too-long = This is longer than a room takes: 16 KB of words, 200 characters for a title or name, 40 for a tag. Nothing was sent. Your text is still in its field: shorten it, or send it in parts.
notice-empty-text = There is nothing to send yet.
notice-nothing-to-see = There is nothing to see in this: only spaces or characters without a shape. Nothing was sent; your text is still in its field.
notice-not-decided = This is not decided: somebody objects, or too few have answered. Nothing was changed.
notice-looser-policy = A proposal may be decided as the room decides, or more strictly, never more loosely; and what only needs advice changes nothing of the room. Nothing was sent; your text is still in its field.
notice-text-changed = The text has changed meanwhile. Nothing was sent: read it, and answer once more.
notice-part-missing = A part of the page did not come, so nothing was changed. Look at the connection and try again. If the page was updated meanwhile, reload it.
notice-not-found = That is not here (any more), so nothing was changed.
notice-unfit-answer = That is no answer to what is asked here. Nothing was sent.
notice-not-yours = Only its author can change that. Nothing was changed.
notice-newer-room = This room is of a newer version, and only a newer Paceline can do this. Nothing was changed. Reload the page to get the newer version.
notice-not-free = Somebody holds this role already. Nothing was changed.
notice-not-holder = You do not hold this role (any more). Nothing was changed.
notice-still-here = Whoever holds this role is here, so nothing was changed. Ask them to pass the baton instead.
notice-not-offered = This offer does not stand (any more). Nothing was changed.
notice-for-later = This is for later already. Nothing was changed.
notice-not-reclaimable = There is nothing to take back here (any more). Nothing was changed.
notice-baton-closed = This role is no longer needed. Nothing was changed.
notice-no-such-form = This build does not know that kind of meeting. Nothing was changed.
notice-bad-argument = A script asked for something this page does not understand. Nothing was changed. ({ $why })
notice-room-in-use = Another tab has this room open, so it was not forgotten completely. Close that tab and forget the room again.
notice-copy-in-use = Another tab has just gone on with this copy, so it was not cleared. Nothing was changed.
notice-parallel-lead = You both led “{ $title }” while apart. The room went on with { $name }; your time is kept.{ $settled ->
    [no] { " " }This leans until more of the room has gone on with one of the two.
   *[yes] { "" }
}
notice-stepped-in = { $name } took over “{ $title }” while you were away. You can take it back with one click, or leave it.
notice-not-a-code = This is not a code made by hand: an invite starts with “INVITE:”, a reply with “REPLY:”. Nothing was changed. Copy the whole code, or scan its picture.
notice-code-is-room-link = This is the room’s link: open it in the other browser. Here the code is wanted that it shows there.
notice-invite-wanted = This is a reply: it goes to the tab that made the invite. Here an invite is wanted.
notice-reply-wanted = This is an invite: here the reply to your own invite is wanted.
notice-own-code = This code was made in this tab: send it to the other person.
notice-code-damaged = This code is damaged or cut short. Nothing was changed. Copy it again, from its first to its last character.
notice-code-older = This code was made by an older Paceline. Nothing was changed. Ask the other side to reload the page and make a new one.
notice-code-newer = This code was made by a newer Paceline. Nothing was changed. Reload the page to get that version.
notice-code-of-another-room = This code is for another room: open the same room link on both sides.
notice-code-of-another-tab = This reply is for another tab: paste it where the invite was made.
notice-code-too-late = This reply comes too late: its invite ended when the page was reloaded or after half an hour. Make a new one.
notice-code-used = This code was used already: make a new invite.
notice-already-connected = You are connected with this person already. Nothing was changed.
notice-by-hand-unavailable = This browser cannot connect by hand: WebRTC is switched off or found no network. The room here goes on; try again in another network or browser.
notice-no-relay = None of the relays through which others are found works right now. The room is here, tabs of this browser still find each other, and the relays are tried again by themselves; meanwhile connect by hand, or name other relays in Settings.
notice-relay-unreachable = The relay cannot be reached. It is tried again by itself.
notice-relay-silent = The relay does not answer. It is tried again by itself.
notice-relay-fails = The relay failed to take something. It is spared for a while; what it passes on is still heard.
notice-relay-clock = The relay takes this computer’s clock for wrong. The time is asked for elsewhere, and everything is said again by that.
notice-relay-invalid = The relay does not take what pages say to each other. Another one stands in; it is asked again after some minutes.
notice-relay-blocked = The relay takes nothing from this address. Another one stands in; it is asked again after some minutes.
notice-relay-auth = The relay serves only those who have an account there. Another one stands in; it is asked again after some minutes.
notice-relay-work = The relay wants work done for each message. Another one stands in; it is asked again after some minutes.
notice-clock-off = This computer’s clock is { $unit ->
    [minutes] { $n ->
        [one] a minute
       *[other] { $n } minutes
    }
    [hours] { $n } hours
   *[days] { $n } days
} { $which ->
    [late] slow
   *[ahead] fast
}. Others are found by the right time all the same, but what you write shows your clock’s. Set it in the system’s settings.
notice-relay-limits = The relay asks to send less. It is spared for a while; what it passes on is still heard.
notice-relay-refuses = The relay serves only some people. Another one stands in; it is asked again after some minutes.
notice-relay-misbehaves = The relay does not do what relays do. It is left alone for some minutes; another relay can be named in Settings.
notice-relay-mixed-content = This page is encrypted (https), so the browser does not let it use a relay that is not: its address must start with wss:.
notice-relay-bad-address = This is not the address of a relay: it starts with wss:// (or ws://, for a page that is not encrypted).
notice-by-hand-failed = The connection by hand did not come up. The room here goes on. Make a new invite.
notice-offline = This tab is offline. Nothing was changed. Turn off “Work offline” in Settings first.
notice-code-not-link = This is a code for connecting by hand, not a room’s link. Nothing was changed. Open the room’s link first; then Invite, Connect by hand takes this code.
notice-camera-refused = The browser does not let this page use the camera. Nothing was changed. Allow the camera for this page, or paste the text in place of scanning it.
notice-camera-missing = No camera can be used here: there is none, or another program has it. Nothing was changed. Paste the text in place of scanning it.
notice-camera-insecure = Browsers give the camera only to encrypted pages (https), and this one is not. Nothing was changed. Paste the text in place of scanning it.
notice-scanner-missing = The part of the page that reads QR codes could not be loaded. Nothing was changed. Try again with a network, or paste the text in place of scanning it.
