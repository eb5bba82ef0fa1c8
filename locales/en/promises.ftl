# Asks and promises: nobody gives anybody a task.

view-promises = Promises
key-view-promises = promises
key-do-this = do what the post calls for
promises-empty = Nothing is promised yet. Say what you will do, ask somebody for something, or choose “I’ll do this” at a post.
promises-mine = Yours
promises-others = Of others
promises-done = Done
promise-new = New promise or ask
promise-what = What?
promise-when = By when, if it matters
due-presets = Days to choose
due-next = { $form ->
    [stand-up] Next stand-up
    [retro] Next retro
   *[other] Next { $title }
}
due-day = Tomorrow
promise-who = Who does it?
promise-me = I do
promise-ask-of = Ask { $name }
promise = Promise
ask = Ask
do-this = I’ll do this
do-this-what = What will you do?
kept = Kept
dropped = Dropped
drop-why = Why it will not be done
promise-evidence = A post that shows it
promise-evidence-none = none
promise-actions = What to do with this promise
promise-feedback = Feedback on this promise
delete-words = Delete my words
promise-asked = { $who ->
    [me] You ask { $to }
    [to-me] { $name } asks you
   *[other] { $name } asks { $to }
}
promise-made = { $who ->
    [me] You promised
   *[other] { $name } promised
}
promise-kept = { $who ->
    [me] You kept it
   *[other] { $name } kept it
}
promise-dropped = { $who ->
    [me] You dropped it
   *[other] { $name } dropped it
}
promise-renewed = still on it
promise-after-ask = { $name } asked: “{ $words }”
promise-after-post = { $name } wrote: “{ $words }”
promise-shown-by = { $name }: “{ $words }”
promise-due = by { $day }
promise-due-today = today
promise-due-tomorrow = tomorrow
promise-overdue = { $n ->
    [one] 1 day late
   *[other] { $n } days late
}
post-does = { $name } does this
post-did = { $name } did this
road-asked = { $name } asked { $to }: “{ $words }”
road-promised = { $name } promised: “{ $words }”
road-renewed = { $name } is still on it: “{ $words }”
road-kept = { $name } kept the promise “{ $words }”
road-dropped = { $name } dropped “{ $words }”: { $why }
loop-about-promise = { $name }: { $words }
waits-asks = { $n ->
    [one] Somebody asks you for something
   *[other] { $n } asks for you
}
waits-due = { $n ->
    [one] 1 promise of yours is due today
   *[other] { $n } promises of yours are due today
}
waits-overdue = { $n ->
    [one] 1 promise of yours is overdue
   *[other] { $n } promises of yours are overdue
}
unsent-drop = Why a promise is dropped
