# The list of keys.

keys-title = Keys
keys-off = Keys are not read while you type; Settings turns them off.
key-help = this list
key-write = write
key-posts = next, previous post
key-reply = reply to the post
key-appreciate = appreciate the post
key-loops = question, concern, correct
key-edit = edit your post
key-baton = new role
key-view-loops = open questions
key-invite = invite
key-network = network
key-settings = settings
key-escape = back
