# A room that is more than a tab takes without asking.

amount = How much of this room
amount-full = This room is very large: { $events ->
    [one] 1 event is
   *[other] { $events } events are
} here already. So that this tab stays quick, it takes nothing more until you choose.
amount-take-nothing = Only read what is here
amount-take-newest = Take the newest part
amount-leave = Leave
amount-newest = You take the newest part of this room. What is older and not here is not fetched; what builds on it says so.
amount-nothing = You only read this room: nothing more comes in, and nothing is written.
amount-change = Change
amount-leave-title = Leave this room?
amount-leave-words = Nobody in it is linked with you then. What this browser has stored of it can stay, to read on later, or go. The others keep theirs.
amount-leave-keep = Leave, and keep it
amount-leave-remove = Leave, and remove it
settings-takes = How much of this room this tab takes
settings-takes-until-full = All, and ask when it is very large
settings-takes-all = All, however large
settings-takes-newest = The newest part
settings-takes-nothing = Nothing more: only read
