# What waits to be sent.

unsent = Not sent yet
unsent-post = To everyone
unsent-reply = Answer
unsent-edit = New words for a post
unsent-answer = Answer to feedback
unsent-soon = goes out in a moment
unsent-alone = waits, also if you close this tab: it goes out when somebody of the room is reached
unsent-who = waits until you say who you are
unsent-send = Send
unsent-back = Back into the field
unsent-moved = written before this tab became somebody new: it goes out when you say so
unsent-gone = waits until the room is stored again
copy-gone = This browser’s copy of the room was deleted: all of it is in this tab alone.
store-anew = Store it here again
unsent-round = Your answer
unsent-line = A line for the log
unsent-proposal = A proposal
unsent-amendment = New words for a proposal
unsent-ballot = What you say to a proposal
