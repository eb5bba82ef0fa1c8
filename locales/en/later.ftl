# What is talked about later.

talk-later = Talk later
later-by = For later, says { $name }
later-on-agenda = On the agenda
later-kept = { $name } keeps this for later: “{ $words }”
later-kept-own = Kept for later: “{ $words }”
later-taken-back = a message that was taken back
key-talk-later = talk about the post later
