# How this tab is connected.

view-network = Network
connection-connecting = connecting
connection-unplugged = no network here: your posts are kept and go out when it is back
connection-alone = alone here: share the link
connection-catching-up = catching up: { $here } of { $of }
connection-catching-up-soon = catching up
connection-in-sync = connected with { $n ->
    [one] 1 other
   *[other] { $n } others
}
connection-partial = part of this room is here
connection-offline = offline: your posts go out when someone is reachable
catching-up = Catching up
path-webrtc = directly
path-with-rtt = { $how }, { $rtt } ms
path-broadcast = inside this browser
path-relayed = through a relay
path-through = through others
path-through-name = through { $name }
network-state = How you are connected
network-peers = Who is reached, and how
network-nobody = Nobody yet.
found-same-browser = met in this browser
found-relay = met through a relay
found-by-hand = met by codes carried by hand
found-room = introduced by the room
found-otherwise = met in another way
network-rendezvous = How others are found
network-rendezvous-words = The messages that relays see are few and encrypted; here they are counted.
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
