# A room that is too much for a tab, and what it takes of it.

too-much = This room is large
too-much-words = Taking in all of it may be too much for this browser. What is here is stored and stays; nothing more is taken until you choose.
amount = How much of this room
take-until-full = All of it, but ask when it gets large
take-all = All of it, however large
take-newest = The newest part
take-newest-words = Shows what is said from now on. The older rest is not fetched; what builds on it can be read, not answered, and is not kept.
take-nothing = Only read
take-nothing-words = Keeps and shows what is here, and takes nothing more. You write nothing either.
taking-nothing = You only read here: this tab keeps what it has and takes nothing more.
taking-newest = The newest part: what is said from now on. What builds on something that is not here is marked, and not kept.
taking-change = Change
leave-large = Leave
leave-large-words = Closes the room. You can open it again by its link.
leave-large-ask = What is stored can stay in this browser, or go.
leave-large-keep = Leave, keep what is stored
leave-large-remove = Leave and remove it
connection-partial = not all of this room is here
