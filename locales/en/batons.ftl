# Who leads what.

batons = Batons
batons-empty = Nothing wants a lead yet.
open-baton = Open a baton
open = Open
baton-title = What wants somebody to lead?
baton-minutes = Minutes, if a turn should be short
baton-untitled = A role without a name
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
waits-offer = “{ $title }” is offered to you
waits-reclaim = “{ $title }”: somebody stepped in for you; you may reclaim it
waits-batons = { $n ->
    [one] 1 more baton waits for you
   *[other] { $n } more batons wait for you
}
waits-role = Nobody leads “{ $title }” yet
