# The page's texts in English, the complete set. One message a key; a test keeps keys and uses in step.

paceline = Paceline
page-title = { $room } · Paceline

# Start
start-title = A meeting room that is a link.
start-words = Everyone who opens the link holds the room together, tab to tab: no account, no server, and nobody in charge for longer than the moment needs.
start-foot = What is said stays in the browsers of those who are in the room. This page only hands out the files.
opening = Opening the room …
found-heading = Found a room
found-title = What is it called?
found-title-example = Release week
found-purpose = What is it for?
found-purpose-example = Ship the release by Thursday, calmly.
found-form = Its form
found-submit = Found the room
join-heading = Join one
join-link = Paste the link you were given
join-submit = Join
join-scan-label = Hold the room’s QR code in front of the camera.
my-rooms = My rooms
my-rooms-empty = Rooms you open stay here, in this browser only.
my-rooms-new = { $n } new
my-rooms-opened = last opened { $day }, { $clock }
room-untitled = A room on its way

# Room
skip-to-writing = To writing
home = Paceline: leave to the start page
invite = Invite
side = Batons and people
views = Views
view = View
view-stream = Stream
view-about = Room
view-loops = Loops
view-network = Network
view-settings = Settings
connection-connecting = connecting
connection-unplugged = no network here: your posts are kept and go out when it is back
connection-alone = alone here: share the link
connection-catching-up = catching up: { $here } of { $of }
connection-catching-up-soon = catching up
connection-in-sync = in sync with { $n ->
    [one] 1 other
   *[other] { $n } others
}
connection-offline = offline: your posts go out when someone is reachable
catching-up = Catching up
notices = Notices
dismiss = Dismiss
close-dialog = Close

# People
people = People
people-here = { $n } here
people-more = { $n } more
you = you
you-subject = You
newcomer = Newcomer { $id }
here = here
away = away
gone = gone
leads = leads { $titles }
split = wrote in two places at once
name-presence = { $name } ({ $presence })
name-question = You are
name-accept = That’s me
who-question = You were { $name } here a while ago. Still you?
who-stay = Go on as { $name }
who-new = I am somebody new

# Stream
stream = What was said
posts = Posts
stream-empty = The road is open. Say what brings you here, or open a baton for what wants somebody to lead.
stream-on-its-way = The room comes from those who are in it, and none of them is reached yet. It is here as soon as one is; what you write meanwhile waits in this browser.
stream-catching-up = What was said is on its way.
newest-posts = Newest posts
new-below = { $n } new
announce-post = { $name }: { $words }
announce-many = { $n } new posts
announce-leads = { $name } leads { $title } now.
announce-free = { $title } is free.
post-actions = What to do with the post of { $name }
reply = Reply
edit = Edit
edit-label = Say it better
retract = Take back
taking-back = Being taken back …
undo = Undo
draft = draft
save = Save
saved = Saved
cancel = Cancel
retracted = Taken back by its author.
unchecked = not checked yet
unchecked-title = What it builds on is still on its way. It can be answered as soon as that is here.
unchecked-posts = Newest posts, not checked yet
newer-row = { $name } did something from a newer version
newer-more = { $n ->
    [one] 1 more from a newer version
   *[other] { $n } more from a newer version
}
newer-title = It was written by a newer Paceline. This one keeps it whole and passes it on; reload the page to get the newer version.
newer-room-title = A room of a newer version
newer-room = This room was founded by a newer Paceline. Here you can read, post and give feedback; for everything else, reload the page to get the newer version.
words-missing = The words are on their way.
nothing-to-see = (nothing to see)
doubtful = time in doubt
doubtful-title = This time cannot be: it lies ahead, or before what this builds on. Somebody’s clock is off; the order is right all the same.
edited = edited
late = arrived late
contested = contested
to = to { $name }
storing = storing
reach = { $stored } of { $of }
reach-title = Nodes that report they hold it, of those present
kind-update = Update
kind-question = Question
kind-idea = Idea
kind-need = Need
kind-driver = Driver
need-baton = Open a baton

# Composer
composer = Say something
composer-label = What you say to everyone
composer-placeholder = Say something to everyone
composer-answer = Your answer
composer-kind = Kind of post
composer-hint = Markdown works. What you take back later, others may have read or copied.
composer-aside = What you were writing to everyone is kept.
composer-too-long = Too long for one post by { $n } bytes. It is kept here: shorten it, or send it in parts.
composer-unkept = This browser does not store what you write: it is kept only while this tab is open.
preview = Preview
post = Post
replying-to = To { $name }:
cancel-reply = Do not answer this post

# What waits to be sent
unsent = Not sent yet
unsent-post = To everyone
unsent-reply = Answer
unsent-edit = New words for a post
unsent-answer = Answer to feedback
unsent-soon = goes out in a moment
unsent-alone = waits, also if you close this tab: it goes out when somebody of the room is reached
unsent-who = waits until you say who you are
unsent-send = Send
unsent-back = Back into the field
unsent-moved = written before this tab became another node: it goes out when you say so
unsent-gone = waits until the room is stored again
copy-gone = This browser’s copy of the room was deleted: all of it is in this tab alone.
store-anew = Store it here again

# Feedback
appreciate = Appreciate
build-on = Build on
question = Question
concern = Concern
correct = Correct
prompt-appreciate = What did it change for you?
prompt-build-on = What would you add?
prompt-question = What would you like to know?
prompt-concern = What worries you?
prompt-correct = What is wrong, and what is right?
sources = Where that can be checked: links, one a line
sources-given = Sources:
by-appreciate = { $name } appreciated this
by-build-on = { $name } builds on this
by-question = { $name } asked
by-concern = { $name } raised a concern
by-correct = { $name } corrected
give-feedback = Give feedback
take-back = Take back
loop-open = open, waits for { $name }
loop-open-to-you = open, waits for you
loop-adjusted = { $name } adjusted
loop-noted = { $name } noted it
loop-declined = { $name } declined
loop-withdrawn = taken back
loop-answer-label = Your answer: what changed, or why not
answer-adjusted = Adjusted
answer-noted = Noted
answer-declined = Declined
loops-empty = No loops yet. A question, a concern or a correction opens one; whoever is asked closes it.
loops-mine = Yours to answer
loops-others = Waiting for others
loops-closed = Closed
loop-about-post = { $name }: { $words }
loop-about-term = { $name } leading { $title }

# Batons
batons = Batons
batons-empty = Nothing wants a lead yet.
open-baton = Open a baton
open = Open
baton-title = What wants somebody to lead?
baton-minutes = Minutes, if a turn should be short
baton-details = { $title }: details
baton-free = free
baton-closed = done
baton-led = { $name } leads, { $span }
baton-led-gone = { $name } led for { $span } and is gone
baton-you-lead = you lead, { $span }
baton-overtime = { $name } leads, { $span }: time is over
baton-you-overtime = you lead, { $span }: time is over
baton-leans = leans to { $name }, not settled
baton-leans-to-you = leans to you, not settled
baton-offered = { $name } offers it to { $to }
baton-offered-to-you = { $name } offers it to you
baton-you-offer = you offer it to { $name }
take = Take
offer = Offer
offer-to = To whom?
offer-note = A word with it
withdraw-offer = Withdraw offer
accept = Accept
decline = Decline
release = Release
reclaim = Reclaim
step-in = Step in
close-baton = Close
add-a-word = Note
nobody-to-offer = There is nobody else here yet.
leaning-explained = Two took the lead side by side. It goes to whom the room follows: appreciating a term is a vote.
overtaken = While you were apart the room passed this to { $name }; your term is kept as parallel lead.
overtaken-free = While you were apart the room went on without your term; it is kept as parallel lead.
offer-help = Offer help
help-words = { $name }, we both took “{ $title }” while apart. You lead; how can I help?
terms = { $n ->
    [one] 1 term
   *[other] { $n } terms
}
terms-and-ignored = , { $n } did not count
handoff-taken = { $name } took “{ $title }”
handoff-accepted = { $name } accepted “{ $title }”
handoff-stepped-in = { $name } stepped in for “{ $title }”
handoff-reclaimed = { $name } reclaimed “{ $title }”
handoff-decision = { $name } was chosen for “{ $title }”
handoff-offered = { $name } offered “{ $title }” to { $to }: “{ $words }”
handoff-declined = { $name } declined “{ $title }”: “{ $words }”
handoff-released = { $name } let “{ $title }” go: “{ $words }”
handoff-closed = { $name } closed “{ $title }”: “{ $words }”
noted-offered = { $name } to { $to }: “{ $words }”
noted-declined = { $name } declined: “{ $words }”
noted-released = { $name } let it go: “{ $words }”
noted-closed = { $name } closed it: “{ $words }”
term-taken = took it
term-accepted = accepted it
term-stepped-in = stepped in
term-reclaimed = reclaimed it
term-decision = was chosen
ignored-transfers = Did not count
ignored-moved-on = the baton had moved on already, and they had seen that
ignored-closed = the baton was closed
ignored-not-free = somebody held the baton: it was not free to take
ignored-not-held = nobody held the baton
ignored-not-holder = only who holds the baton may do this
ignored-already-leading = they led already
ignored-offer-gone = the offer was for an earlier turn
ignored-offered-to-another = the baton was offered to somebody else
ignored-offer-declined = they had declined the offer
ignored-offer-withdrawn = the offer had been withdrawn, and they had seen that
ignored-by-decision = it rests on a decision, which this version does not carry out
ignored-not-reclaimable = there was nothing for them to reclaim
ignored-stand-in-closes = who stands in may pass the baton on or release it, not close it
ignored-not-released = nobody who held the baton in full had released it
ignored-builds-on-ignored = what it builds on did not count either
ignored-not-seen = what it builds on was not there for them
ignored-by = { $name }: { $why }
term-so-far = { $span } so far
term-lasted = { $span }
parallel-lead = parallel lead
span-under-a-minute = < 1 min
span-minutes = { $n } min
span-hours = { $n } h
span-days = { $n ->
    [one] 1 day
   *[other] { $n } days
}

# The room, its form, what waits
waits = What waits for you
waits-nothing = Nothing right now.
waits-loops = { $n ->
    [one] 1 loop to answer
   *[other] { $n } loops to answer
}
waits-offer = “{ $title }” is offered to you
waits-reclaim = “{ $title }”: somebody stepped in for you; you may reclaim it
form-is = Form: { $title }
form-steps = First steps
form-prompts = Prompts
form-norms = What we ask of each other
held-by = How it holds together
held-by-words = Every tab keeps the whole room and passes it on. All nodes have the same powers; nobody owns it.
path-webrtc = directly
path-with-rtt = { $how }, { $rtt } ms
path-broadcast = inside this browser
path-relayed = through a relay
path-through = through others
path-through-name = through { $name }

# Invite
invite-title = Invite
invite-words = Whoever opens this link is in.
invite-link-label = The link
invite-qr-label = The link as a QR code
invite-secret = The link is the key: give it to those who should be here, and nobody else.
copy = Copy
copied = Copied
share = Send it …
scan = Scan with the camera
scan-starting = Waiting for the camera …
scan-stop = Stop the camera
by-hand-open = Connect by hand, without any network service
by-hand-step-open = Both of you: open the room’s link, then Invite, then this place. Scanning the link’s picture above opens it, too.
by-hand-step-invite = One of you: let the other scan this invite, or send its text by any means. It is good for one person and half an hour, while this tab stays open.
by-hand-step-not-mine = You have taken the other’s invite; yours is not needed.
by-hand-invite-qr = Your invite as a QR code
by-hand-invite-label = Your invite
by-hand-preparing = Preparing the invite …
by-hand-step-take = The other of you: scan that invite here, or paste its text. Then the first does the same with the reply.
by-hand-scan-label = Hold the other’s QR code in front of the camera.
by-hand-paste-label = The other’s code
by-hand-submit = Use this code
by-hand-step-reply = Show or send this reply back. You are connected as soon as the other has taken it.
by-hand-reply-qr = Your reply as a QR code
by-hand-reply-label = Your reply
by-hand-step-wait = Whoever took an invite finds the reply to it here.
by-hand-connecting = The reply is taken. Connecting …
by-hand-met = Connected by hand with { $names }. You can close this.
by-hand-again = Try again

# Settings
settings-who = You in this room
settings-name = Name
settings-strengths = What you are good at, with commas between
settings-strengths-example = facilitation, testing
settings-browser = This browser
theme = Theme
theme-auto = As the system has it
theme-light = Light
theme-dark = Dark
settings-offline = Work offline
settings-offline-words = Drops all links; what you write goes out when you come back.
settings-keys = Single keys
settings-keys-words = Press ? for the list.
settings-finding = How tabs find each other
settings-finding-words = Tabs of this browser meet by themselves. Others are found with these servers, which see that somebody looks for somebody, and from which address, but neither the room nor a word of it. They are asked only while a room is open.
settings-relays = Relays
settings-relays-words = They pass on the first few sealed messages of two who do not know each other yet.
settings-stun = STUN
settings-stun-words = They tell a browser its own address as others see it.
settings-turn = TURN
settings-turn-words = They carry the encrypted connection where no direct one comes up.
servers-none = None.
settings-relay-only = Hide my address
settings-relay-only-words = Connects through TURN servers only. Others see the server’s address in place of yours; without a TURN server nobody outside this browser can be reached.
server-mixed = This page is encrypted (https), so the browser does not let it use this relay: it should begin with wss://.
server-remove = Remove
server-remove-label = Remove { $address }
server-add-title = Add a server
server-kind = What it is
server-kind-relay = Relay (Nostr)
server-kind-stun = STUN server
server-kind-turn = TURN server
server-address = Its address
server-add = Add
server-refused = Not added: { $why }
server-known = it is in the list already.
servers-full = there are { $most } of these already. Remove one first.
turn-name = Name for it
turn-password = Password for it
turn-incomplete = a TURN server asks for a name and a password; whoever runs it gives you both.
settings-carry = Taking the room with you
settings-storage = { $events ->
    [one] 1 event
   *[other] { $events } events
}, { $size } in this browser.
settings-persisted = The browser promised to keep them.
settings-not-persisted = The browser may clear them when space is short: export what matters.
settings-device = This site takes { $used } of the { $quota } that this browser gives it.
leftovers = Copies of other tabs
leftovers-words = Every tab keeps its own copy of the room. What extra tabs left behind goes by itself after 30 unused days, as soon as all of it is in yours.
leftover-used = last used { $day }
leftover-size = { $events ->
    [one] 1 event
   *[other] { $events } events
}, { $size }
leftover-only = not all of it is in yours
leftover-open = open in another tab
leftover-clear = Clear
leftover-clear-of = Clear the copy of { $name }
leftover-take-in = Take in and clear
leftover-take-in-of = Take in and clear the copy of { $name }
export-car = Export
import-car = Import
forget = Forget this room
forget-title = Forget this room?
forget-words = Its events and your key are deleted from this browser. Others keep what they have; with the link you can come back as somebody new.
forget-confirm = Forget it

# Keys
keys-title = Keys
keys-off = Keys are not read while you type; Settings turns them off.
key-help = this list
key-write = write
key-posts = next, previous post
key-reply = reply to the post
key-appreciate = appreciate the post
key-loops = question, concern, correct
key-edit = edit your post
key-baton = open a baton
key-view-loops = loops
key-invite = invite
key-network = network
key-settings = settings
key-escape = back

# Network
network-state = How you are connected
network-peers = Who is reached, and how
network-nobody = Nobody yet.
found-same-browser = met in this browser
found-relay = met through a relay
found-by-hand = met by codes carried by hand
found-room = introduced by the room
found-otherwise = met in another way
network-rendezvous = How others are found
network-rendezvous-words = The messages that relays see are few and sealed; here they are counted.
relays-chosen = Of the { $of } relays that this page knows, each room uses { $n }, which its secret chooses; the next one steps in for any that fails. { $probed }
relays-probed = Last tried on { $on }.
relays-not-probed = Not probed yet: whether they all work is not known.
network-rendezvous-none = Offline: nobody is looked for.
rendezvous-same-browser = Tabs of this browser
rendezvous-by-hand = Codes carried by hand
rendezvous-room = The room itself, which introduces newcomers
rendezvous-open = open
rendezvous-connecting = connecting
rendezvous-slow = slow to answer
rendezvous-refused = refuses
rendezvous-backed-off = not reached, tried again by itself
rendezvous-resting = resting: the room does its work now
rendezvous-unavailable = not possible in this browser
rendezvous-closed = closed
rendezvous-counts = { $sent } sent, { $received } received
rendezvous-said = It says: “{ $said }”
advice-offline = You chose to work offline: nobody is looked for. What you write is kept here and goes out when you come back.
advice-unplugged = This browser has no network just now: a cable or the wireless may be off, or airplane mode on. Reading and writing go on, tabs of this browser still meet, and all that you write goes out by itself as soon as there is a network again.
advice-clock-refused = A relay takes this computer’s clock for wrong, or its own is. The time is asked for elsewhere; if it stays like this, set the clock in the system’s settings.
advice-no-relay = No relay is set, so by themselves only tabs of this browser find each other. Connect others by hand (in Invite), or add a relay in Settings.
advice-relays-coming = The relays are being asked. This takes a moment; what you write is kept and goes out as soon as somebody is found.
advice-relays-unreachable = None of the relays is reached: there is no internet here, or this network blocks them. They are tried again by themselves. Connect by hand (in Invite), or name other relays in Settings.
advice-alone = Listening at { $relays }: nobody else of this room is there just now. Send somebody the link; who opens it is met at once.
advice-no-way-through = { $names } was found, but no direct connection comes up: the networks between you do not allow it. It is tried again by itself. A TURN server (in Settings) gets through; and as soon as a third person reaches you both, everything you say goes through them.
advice-no-way-through-turn = { $names } was found, but no connection comes up, not even through the TURN server. It is tried again by itself; look at its address, name and password in Settings. As soon as a third person reaches you both, everything you say goes through them.

# Notices and errors, by their code (docs/notices.md): what happened, what was kept, what to do.
notice-no-room = There is no room open in this tab. Open one from the start page or by its link.
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
notice-storage-damaged = Part of what this browser had stored of the room is damaged. What could be read is here; the rest is fetched again from the others when they are reachable.
notice-bad-config = The list of servers beside this page (paceline.json) cannot be read, so { $remembered ->
    [yes] the last good one is used
   *[no] no servers are used
}: { $why }. Rooms work; tabs of this browser and codes by hand meet in any case. Tell whoever runs this page.
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
notice-not-found = That is not here (any more), so nothing was changed.
notice-not-yours = Only its author can change that. Nothing was changed.
notice-newer-room = This room was founded by a newer Paceline, and only that one can do this. Nothing was changed. Reload the page to get the newer version.
notice-not-free = Somebody holds this baton already. Nothing was changed.
notice-not-holder = You do not hold this baton (any more). Nothing was changed.
notice-still-here = Whoever holds this baton is here, so nothing was changed. Ask for the baton instead.
notice-not-offered = This offer does not stand (any more). Nothing was changed.
notice-not-reclaimable = There is nothing to reclaim here (any more). Nothing was changed.
notice-baton-closed = This baton is closed. Nothing was changed.
notice-no-such-form = This build does not know that form. Nothing was changed.
notice-bad-argument = A script asked for something this page does not understand. Nothing was changed. ({ $why })
notice-room-in-use = Another tab has this room open, so it was not forgotten completely. Close that tab and forget the room again.
notice-copy-in-use = Another tab has just gone on with this copy, so it was not cleared. Nothing was changed.
notice-parallel-lead = While you were apart the room passed “{ $title }” to { $name }; your term is kept as parallel lead.{ $settled ->
    [no] { " " }This leans until more of the room has gone on with one of the two.
   *[yes] { "" }
}
notice-stepped-in = { $name } stepped in for you with “{ $title }” while you were away. You can reclaim it with one click, or leave it.
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
