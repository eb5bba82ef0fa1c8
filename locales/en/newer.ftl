# What a newer version wrote.

newer-row = { $name } did something from a newer version
newer-title = It was written by a newer Paceline. This one keeps it whole and passes it on; reload the page to get the newer version.
newer-room-title = A room of a newer version
newer-room = This room was founded by a newer Paceline. Here you can read, post and give feedback; for everything else, reload the page to get the newer version.
