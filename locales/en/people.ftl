# Who is here, and who sits at this tab.

people = People
people-here = { $n } here
you = you
you-subject = You
newcomer = Newcomer { $id }
here = here
away = away
gone = gone
leads = leads { $titles }
called-alike = others are called alike
split = wrote in two places at once
name-presence = { $name } ({ $presence })
name-question = You are
name-accept = That’s me
who-question = You were { $name } here a while ago. Still you?
who-stay = Go on as { $name }
who-new = I am somebody new
person-promised = { $n ->
    [one] one promise open
   *[other] { $n } promises open
}
person-strong = Good at { $strengths }
person-tabs = { $n } tabs
also-me = That is me, too
not-me = That is not me
same-tab = { $name } is open in another tab of this browser.
same-claim = { $name } says to be you, in another place.
same-yes = Yes, that is me
same-waits = Waits for your yes in the other place.
same-open = You are here in another tab, too (·{ $mark }).
same-closed = You were here in another tab, too (·{ $mark }).
