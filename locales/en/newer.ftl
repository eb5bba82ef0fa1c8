# What a newer version wrote, and how a room comes to one.

newer-row = { $name } did something from a newer version
newer-title = It was written by a newer Paceline. This one keeps it whole and passes it on; reload the page to get the newer version.
newer-room-title = A room of a newer version
newer-room = This room was founded by a newer Paceline. Here you can read, post and give feedback; for everything else, reload the page to get the newer version.
newer-raised = This room now uses version { $n }. This page is older: it reads and posts only. Reload to get the newer page.
