# Feedback and the loops it opens.

view-loops = Open questions
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
loop-adjusted = { $name } changed it
loop-noted = { $name } understood
loop-declined = { $name } sees it differently
loop-withdrawn = taken back
loop-answer-label = Your answer: what changed, or why not
answer-adjusted = I changed it
answer-noted = Understood
answer-declined = I see it differently
loops-empty = No open questions yet. A question, a concern or a correction is one until whoever is asked answers it.
loops-mine = Yours to answer
loops-others = Waiting for others
loops-closed = Closed
loop-about-post = { $name }: { $words }
loop-about-term = { $name } leading { $title }
waits-loops = { $n ->
    [one] 1 open question to answer
   *[other] { $n } open questions to answer
}
