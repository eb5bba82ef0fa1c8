# Who leads what.

batons = Roles
batons-empty = Nothing wants a lead yet.
open-baton = New role
open = Add
baton-title = What wants somebody to lead?
baton-minutes = Minutes, if a turn should be short
baton-untitled = A role without a name
baton-details = { $title }: details
baton-free = nobody yet
baton-closed = no longer needed
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
take = I’ll do it
pass-baton = Pass the baton to …
offer = Offer
offer-to = To whom?
offer-note = A word with it
withdraw-offer = Withdraw offer
accept = Yes
decline = Not now
release = Stop doing this
reclaim = Take it back
step-in = Take over
close-baton = No longer needed
add-a-word = Note
nobody-to-offer = There is nobody else here yet.
leaning-explained = Two led side by side while apart. It goes to whom the room follows: appreciating one of the two times is a vote.
overtaken = You both led while apart. The room went on with { $name }; your time is kept.
overtaken-free = You led while apart. The room went on without it; your time is kept.
offer-help = Offer help
help-words = { $name }, we both took “{ $title }” while apart. You lead; how can I help?
terms = { $n ->
    [0] Nobody led it yet
    [one] Led once
   *[other] Led { $n } times
}
terms-and-ignored = , { $n } did not count
handoff-taken = { $name } took “{ $title }”
handoff-accepted = { $name } accepted “{ $title }”
handoff-stepped-in = { $name } took over “{ $title }”
handoff-reclaimed = { $name } took “{ $title }” back
handoff-decision = { $name } was chosen for “{ $title }”
handoff-offered = { $name } offered “{ $title }” to { $to }: “{ $words }”
handoff-declined = { $name } will not do “{ $title }” now: “{ $words }”
handoff-released = { $name } stopped doing “{ $title }”: “{ $words }”
handoff-closed = { $name }: “{ $title }” is no longer needed: “{ $words }”
noted-offered = { $name } to { $to }: “{ $words }”
noted-declined = { $name }, not now: “{ $words }”
noted-released = { $name } stopped doing this: “{ $words }”
noted-closed = { $name }, no longer needed: “{ $words }”
term-taken = took it
term-accepted = said yes to it
term-stepped-in = took over
term-reclaimed = took it back
term-decision = was chosen
ignored-transfers = Did not count
ignored-moved-on = the role had moved on already, and they had seen that
ignored-closed = the role was no longer needed
ignored-not-free = somebody held the role: it was not free to take
ignored-not-held = nobody held the role
ignored-not-holder = only who holds the role may do this
ignored-already-leading = they led already
ignored-offer-gone = the offer was for an earlier turn
ignored-offered-to-another = the role was offered to somebody else
ignored-offer-declined = they had declined the offer
ignored-offer-withdrawn = the offer had been withdrawn, and they had seen that
ignored-by-decision = it was not decided, or what was decided has been carried out
ignored-not-reclaimable = there was nothing for them to take back
ignored-stand-in-closes = who took over may pass the baton or stop, but not say that the role is no longer needed
ignored-not-released = nobody who held the role in full had let it go
ignored-builds-on-ignored = what it builds on did not count either
ignored-not-seen = what it builds on was not there for them
ignored-by = { $name }: { $why }
term-so-far = { $span } so far
term-lasted = { $span }
parallel-lead = led apart
span-under-a-minute = < 1 min
span-minutes = { $n } min
span-hours = { $n } h
span-days = { $n ->
    [one] 1 day
   *[other] { $n } days
}
nominate = Nominate somebody
nominate-again = Nominate somebody else
nominate-who = Who should lead?
nominate-myself = I would
nominate-why = Why?
nominate-submit = Nominate
nominees = Who is nominated
nominated-by = Nominated by: { $names }
nominated-why = { $name }: “{ $why }”
nominated-before = First: { $name }
nominee-ask = Any objection to { $name }?
nominee-ask-me = Any objection to me?
nominee-asked = All are asked whether they object
lead-proposal = { $name } leads “{ $title }”
mandate-yours = The room chose you. It is yours once you take it.
mandate-of = The room chose { $name }, who has not taken it yet.
mandate-closes = The room decided that this is no longer needed.
mandate-back-yours = That somebody else leads is not decided any more: you can take it back.
mandate-back = That somebody else leads is not decided any more: { $name } can take it back.
mandate-close = End it, as decided
waits-mandate = The room chose you for “{ $title }”
waits-offer = “{ $title }” is offered to you
waits-reclaim = “{ $title }”: somebody took over from you; you can take it back
waits-batons = { $n ->
    [one] 1 more role waits for you
   *[other] { $n } more roles wait for you
}
waits-role = Nobody leads “{ $title }” yet
