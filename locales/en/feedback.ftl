# Feedback and the loops it opens.

view-loops = Loops
appreciate = Appreciate
build-on = Build on
question = Question
concern = Concern
correct = Correct
prompt-appreciate = What did it change for you?
prompt-build-on = What would you add?
prompt-question = What would you like to know?
prompt-concern = What worries you?
prompt-correct = What is wrong, and what is right?
sources = Where that can be checked: links, one a line
sources-given = Sources:
by-appreciate = { $name } appreciated this
by-build-on = { $name } builds on this
by-question = { $name } asked
by-concern = { $name } raised a concern
by-correct = { $name } corrected
give-feedback = Give feedback
take-back = Take back
loop-open = open, waits for { $name }
loop-open-to-you = open, waits for you
loop-adjusted = { $name } adjusted
loop-noted = { $name } noted it
loop-declined = { $name } declined
loop-withdrawn = taken back
loop-answer-label = Your answer: what changed, or why not
answer-adjusted = Adjusted
answer-noted = Noted
answer-declined = Declined
loops-empty = No loops yet. A question, a concern or a correction opens one; whoever is asked closes it.
loops-mine = Yours to answer
loops-others = Waiting for others
loops-closed = Closed
loop-about-post = { $name }: { $words }
loop-about-term = { $name } leading { $title }
waits-loops = { $n ->
    [one] 1 loop to answer
   *[other] { $n } loops to answer
}
