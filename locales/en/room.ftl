# The room’s frame: its head, and where views stand.
# The complete set of texts is in English. One message a key; a check keeps keys and uses in step.

paceline = Paceline
page-title = { $room } · Paceline
room-untitled = A room on its way
skip-to-writing = To writing
home = Paceline: leave to the start page
side = Roles and people
views = Views
view = View
notices = Notices
dismiss = Dismiss
close-dialog = Close
tab-talk = Talk
tab-meeting = Meeting
tab-agreed = Agreed
tab-people = People
tab-more = More
talk-unread = { $n ->
    [one] One new post
   *[other] { $n } new posts
}
