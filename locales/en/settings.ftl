# What can be set, and carrying a room away.

view-settings = Settings
settings-who = You in this room
settings-name = Name
settings-strengths = What you are good at, with commas between
settings-strengths-example = facilitation, testing
settings-browser = This browser
theme = Light or dark
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
settings-relays-words = They pass on the first few encrypted messages of two who do not know each other yet.
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
export-json = Export as JSON lines
import-car = Import
forget = Forget this room
forget-title = Forget this room?
forget-words = Its events and your key are deleted from this browser. Others keep what they have; with the link you can come back as somebody new.
forget-confirm = Forget it
settings-page = This page
settings-build = Paceline { $version }, build
settings-build-words = Whoever reads the same here has the same page.
settings-sums = Its files
settings-sums-label = Their sums, as in the host’s SHA256SUMS
settings-pause-none = No pause since it was opened.
settings-pause-unknown = This browser does not tell how long the page pauses; no long pause was noticed.
settings-pause = Longest pause since it was opened: { $seconds } s.
settings-memory = Memory: { $all }, of which this room’s events and words are { $room }.
