# Meetings: the bar, the lobby, the card.

meeting-start = Start a meeting
meeting-title = { $form }, { $day }
meeting-end = End for all
meeting-started-by = { $by } started a meeting
meeting-ended-by = { $by } ended the meeting
meeting-go-on = Go on with it
meeting-over = It is over. The notes stay under “Agreed”.
meeting-to-talk = Back to the talk
meeting-another = Start another
apart = While not all saw each other: { $what }. What stands here counts for all.
apart-again = { $by } gave the turn back to { $name }
apart-away = { $by } said that { $name } is away
apart-item = { $by } went on to “{ $title }”
apart-show = { $by } showed all
apart-close = { $by } ended the vote
apart-go-on = { $by } went on with the vote
bar-speaks = { $name } speaks
bar-your-turn = Your turn
bar-all-spoken = All have spoken
bar-goes-on = goes on
bar-runs = { $name } runs it
bar-runs-you = You run it
lobby-heading = Start a meeting
lobby-form = Kind of meeting
lobby-link = Link for the others
lobby-name = Your name
lobby-talk = Where do we talk?
talk-here = Here
talk-call = In a call
talk-call-link = Link to the call
talk-together = In the same place
talk-together-words = We are in the same place.
talk-writing = Only in writing
talk-writing-words = We only write.
reach-heading = Who is here
reach-you = You
reach-all = reaches everybody
reach-not-all = does not reach everybody
reach-cut = not reached
reach-found = found, not reached
reach-everybody = Everybody reaches everybody.
reach-alone = Nobody else is here yet. Send them the link.
reach-through-you = { $one } and { $other } reach each other through you.
reach-through = { $one } and { $other } reach each other through { $through }.
reach-around = { $one } and { $other } reach each other through others.
reach-apart = { $one } and { $other } do not reach each other.
reach-more = And { $n } more pairs like these.
reach-first = These are the first { $n } of { $of }.
reach-many = So many are not all connected with each other; what one says comes to the others by way of some.
reach-test = Test this connection
reach-testing = Testing…
reach-answered = answered in { $n } ms
reach-silent = no answer
reach-no-answer = No answer: { $names }.
reach-result = Tried anew. You reach { $n } of { $of }.
reach-advice = It is tried again by itself. In one place, join the same network. If no relay is reached, connect by hand (in Invite). If the networks between you allow no connection, a TURN server (in Settings) gets through. And as soon as a third person reaches both, everything goes through them.
lobby-start = Start
lobby-back = Go back to it
lobby-before = “{ $title }” still goes on. It is ended when you start; its notes stay.
turn-yours = Your turn
turn-speaks = { $name } speaks
turn-all-spoken = All have spoken.
turn-then = then { $name }
turn-then-you = then you
turn-done = Done, next is { $name }
turn-done-last = Done
turn-next-for-all = Next for all
turn-skip = Skip me
turn-away = Is away
turn-later = Talk later: { $n } ({ $names })
turn-later-title = What { $name } said
turn-was = { $by } ended { $name }’s turn
turn-was-yours = { $by } ended your turn
round-write = Write it down
round-change = Write it anew
help = I’ll help
help-promise = Help { $name }: { $words }

# Notes: written, shown, voted on, talked about.

notes-write = Write · step 1 of 4
notes-vote = Vote · step 2 of 4
notes-talk = Discuss · step 3 of 4
notes-sort = What sort of note
notes-late = One more note
notes-add = Add
notes-done = I’m done
notes-own = Your notes; nobody else sees them yet
notes-remove = Remove
notes-written = { $notes } from { $people }, { $done } done. Your name stays with your note.
notes-written-none = Nobody has written yet.
notes-count = { $n ->
    [one] 1 note
   *[other] { $n } notes
}
notes-people = { $n ->
    [one] 1 person
   *[other] { $n } people
}
notes-show = Show all notes
notes-shown-in = All notes are shown in { $n }
notes-wait = Wait
notes-wait-asked = { $names } asked to wait.
round-closed = Not here yet: what { $names } answered. It comes by itself.
notes-no-words = The words were taken back.
notes-none = Nobody wrote a note.
notes-same = Same as…
notes-same-as = Says the same as
notes-same-none = choose a note
notes-apart = Not the same
notes-moved = { $by } put “{ $words }” to another that says the same
notes-moved-away = { $by } said that “{ $words }” stands for itself
notes-vote-question = What do we talk about first?
notes-vote-start = Vote on these
notes-vote-began = { $by } began the vote
notes-vote-end = Talk about the top note
notes-votes-left = { $n ->
    [0] You have no votes left.
    [one] You have 1 vote left.
   *[other] You have { $n } votes left.
}
notes-voted = { $n ->
    [0] Nobody has voted yet.
    [one] 1 person has voted.
   *[other] { $n } people have voted.
}
notes-vote-add = { $n ->
    [0] Vote
   *[other] Vote ({ $n })
}
notes-vote-for = Vote for “{ $words }”
notes-vote-back = Take back
notes-vote-back-for = Take back a vote for “{ $words }”
notes-after-vote = Written after the vote began
notes-at = Note { $at } of { $of } · { $n ->
    [one] 1 vote
   *[other] { $n } votes
}
notes-next = Next note for all
notes-more-time = More time
notes-went-on = { $by } went on to this note
notes-does = Will do it: { $names }
hand-raise = Raise hand
hands-up = Hands: { $names }
last-time = Promised before
last-time-still = Still on it
last-time-until = Still on it, by { $day }

# What else is asked of everybody.

asked-open = Ask everybody
asked-question = What do you ask?
asked-kind = How is it answered
asked-choice = Choose one
asked-dots = Give votes
asked-words = In words
asked-options = Answers to choose from, one a line
asked-yes-no = Yes
    No
asked-hidden = Hidden until all are shown
asked-submit = Ask
asked-show = Show the result
asked-who = Who answered what
asked-answer = Answer
asked-own = You answered { $n }.
asked-less = One less
asked-more = One more
asked-not-here = not here yet
asked-answered = { $n ->
    [0] Nobody has answered yet.
    [one] 1 person has answered.
   *[other] { $n } people have answered.
}
asked-passed = { $n } passed.
asked-pass = Pass
asked-by = { $by } asked: { $question }

# Who runs the next one.

next-suggested = { $name } runs the next one?
next-you = Will you run the next one?
next-yes = Yes
next-no = Not me
next-me = I’ll run it
next-runs = { $name } runs the next one
next-runs-you = You run the next one
next-promise = Run the next { $form }
next-not-lately = Has not run one lately.
next-ago = { $n ->
    [one] Ran the one before.
   *[other] Last ran one { $n } meetings ago.
}
next-might = { $name } might run it: has not run one lately.
next-might-you = You might run it: you have not run one lately.
next-might-ago = { $n ->
    [one] { $name } might run it: ran the one before.
   *[other] { $name } might run it: last ran one { $n } meetings ago.
}
next-might-ago-you = { $n ->
    [one] You might run it: you ran the one before.
   *[other] You might run it: you last ran one { $n } meetings ago.
}
next-expected = { $name } said to run this one.
