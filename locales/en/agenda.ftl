# The agenda of a meeting, and what is for later.

agenda = Agenda
agenda-of = Agenda: { $n } of { $of } to come
agenda-add = Put something on the agenda
agenda-add-later = Keep something for later
agenda-title = What is it about?
agenda-minutes = Minutes
agenda-submit = Add
agenda-here = We’re here, for all
agenda-done = Done
agenda-again = Not done after all
agenda-up = Move up
agenda-down = Move down
agenda-park = Later
agenda-back = Into this meeting
agenda-button = { $words }: { $title }
agenda-is-here = now
agenda-is-done = done
agenda-takes = { $n } min
agenda-left = { $n ->
    [one] 1 thing was not done last time.
   *[other] { $n } things were not done last time.
}
agenda-bring-back = Bring back, for all
agenda-added = { $by } put “{ $title }” on the agenda
agenda-finished = { $by } marked “{ $title }” as done
agenda-unfinished = { $by } said that “{ $title }” is not done
agenda-kept = { $by } kept “{ $title }” for later
agenda-brought-one = { $by } brought “{ $title }” into this meeting
agenda-brought = { $by } brought { $n } things into this meeting
agenda-moved = { $by } moved “{ $title }”
agenda-changed = { $by } changed “{ $title }”
agenda-went-back = { $by } went back to before the first
agenda-stopped = { $by } stopped the time
agenda-timed = { $by } set the time to { $time }
timer-start = Start { $n } minutes
timer-stop = Stop the time
view-agenda = Later
agenda-later-empty = Nothing waits. What a meeting leaves undone, and what is kept for later, stands here.
