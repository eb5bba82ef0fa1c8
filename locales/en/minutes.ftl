# Notes of meetings.

view-minutes = Meetings
minutes-empty = Notes of meetings stand here once there was one.
minutes-copy = Copy notes
minutes-save = Save as file
minutes-when = { $day }, { $from } to { $to }
minutes-since = { $day }, since { $from }
minutes-attended = Who was there
minutes-agenda = Agenda
minutes-promises = Promises
minutes-roles = Roles
minutes-contested = Corrected
minutes-open = Open questions
minutes-later = Talk later
minutes-held = { $from } to { $to }
minutes-holds = since { $from }
minutes-kept = kept
minutes-dropped = not any more
minutes-due = by { $day }
minutes-no-words = (taken back, or not here yet)
minutes-not-opened = (not opened yet)
minutes-apart = answered apart
minutes-correction = { $name } corrects
minutes-wrote = { $name }, { $at }
minutes-corrected = { $name } had written
minutes-asks = { $name } asks { $of }
minutes-asked = { $name } asks
