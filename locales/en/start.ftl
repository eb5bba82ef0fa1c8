# The start page.

start-title = A meeting room that is a link.
start-words = Everyone who opens the link holds the room together, tab to tab: no account, no server, and nobody in charge for longer than the moment needs.
start-foot = What is said stays in the browsers of those who are in the room. This page only hands out the files.
opening = Opening the room …
found-heading = Start a room
tiles = A room in one press
tiles-others = Other kinds
tile-room = Room
found-own = Or name it first
found-title = What is it called?
found-title-example = Release week
found-purpose = What is it for?
found-purpose-example = Ship the release by Thursday, calmly.
found-form = Kind of meeting
found-submit = Start the room
join-heading = Join one
join-link = Paste the link you were given
join-submit = Join
join-scan-label = Hold the room’s QR code in front of the camera.
my-rooms = My rooms
my-rooms-empty = Rooms you open stay here, in this browser only.
my-rooms-new = { $n } new
my-rooms-opened = last opened { $day }, { $clock }
