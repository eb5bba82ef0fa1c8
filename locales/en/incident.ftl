# Incidents: something is broken.

incident-declare-heading = Start a meeting
incident-declare = Declare
incident-declared-by = { $by } declared an incident
incident-since = Since { $clock } · { $span }
incident-who-is-here = Here: { $names }
incident-next = Next update in
incident-due = Update due
incident-due-notification = An update is due in { $room }
incident-here = I’m here
incident-here-line = I’m here.
incident-line = What did you see or do?
incident-line-leads = What is known, what is done?
incident-log = Log it
incident-update = Post update
here-said = You said that you are here.
update-said = You posted an update.
incident-log-label = What happened, the latest first
incident-star = { $n ->
    [0] Mark for the review
    [one] Mark for the review: 1 person did
   *[other] Mark for the review: { $n } people did
}
incident-star-title = Mark for the review
incident-add = Add …
incident-over = It’s over
incident-review = Start the review
incident-review-title = Review: { $title }
sort-update = Update
sort-severity = Severity
severity = Severity
severity-low = low
severity-high = high
severity-critical = critical
severity-is = Severity: { $severity }
severity-said = { $by } set the severity: { $severity }
role-scribe = Scribe
role-liaison = Liaison
role-added = Added: { $title }
role-is = { $title }: { $name }
role-nobody = { $title }: nobody yet
lead = Who leads
lead-you = You lead
lead-is = { $name } leads
lead-nobody = Nobody leads.
lead-unheard = { $name } has not been heard for a while.
lead-offered = { $name } asks you to lead.
lead-taken-over = { $name } leads: you were not heard for a while.
lead-you-took = You have the lead now.
lead-took = { $name } leads now.
lead-accept = I’ll lead
lead-pass = Pass the lead to …
lead-choose = choose a person
lead-you-offer = You asked { $name } to lead.
take-lead = Take the lead
let-go-on = Let { $name } go on
lets-go-on = { $by } lets { $name } go on
waits-lead = Who leads the incident is not heard: you can take the lead
