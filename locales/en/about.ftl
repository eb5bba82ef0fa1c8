# The room, its form, what waits.

view-about = Room
waits = What waits for you
waits-nothing = Nothing right now.
form-is = Kind of meeting: { $title }
form-steps = First steps
form-prompts = Prompts
form-norms = What we ask of each other
held-by = How it holds together
held-by-words = Every tab keeps the whole room and passes it on. All of them have the same powers; nobody owns it.
