# Verifying a room's file.

view-verify = Verify
start-verify = Verify a file of a room
verify-words = A file that was exported from any room: who wrote what in it, and whether every signature holds. Nothing of it is taken in.
verify-choose = Choose a file
verify-reading = { $name }: { $n } %
verify-good = { $name }: every signature holds, and nothing is missing that is named. { $events ->
    [one] One event
   *[other] { $events } events
} by { $authors ->
    [one] one person or tab
   *[other] { $authors } people or tabs
}; { $words } with their words, { $lacking } without (taken back, or not at hand where the file was made). { $ends ->
    [open] The file does not say which events are the last ones: some may have been left out at its end.
   *[named] The file names the last ones.
}
verify-refused = { $name } is refused. Block { $block }, at byte { $at } ({ $cid }): { $why }.
verify-refused-unnamed = { $name } is refused. Block { $block }, at byte { $at }: { $why }.
verify-refused-header = { $name } is refused. Its header, at byte { $at }: { $why }.
verify-authors = Who wrote in it
verify-author = { $n ->
    [one] One event
   *[other] { $n } events
}, { $words } with words
verify-split = one key in two places
