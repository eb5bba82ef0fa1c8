# Practice: a room in memory, with three whom the page plays.

practice = Practice
practice-offer = Alone so far? See how a stand-up goes, in a minute: with three who are played by this page. Nothing of it is kept.
practice-start = Show me
practice-title = Practice
practice-purpose = To see how a stand-up goes
practice-form = Practice stand-up
practice-line = Practice: nothing of this is kept
practice-played = The three are played by this page
practice-broken = Practice: who ran it is gone, without a goodbye. Whoever takes over runs it now.
practice-break = Try to break it
practice-leave = Leave practice
practice-name = Practice { $n }
practice-done = { $n ->
    [1] Wrote the agenda for Thursday
    [2] Answered all mails from last week
   *[other] Moved the desks
}
practice-next = { $n ->
    [1] Invite everybody for Thursday
    [2] Order what is missing in the kitchen
   *[other] Put the lamps up
}
practice-stuck = Nobody knows where the ladder is
