# What was done with a file of a kind of meeting, named by the place in it.

form-absent = it is not there, or did not come in time
form-too-long = it is longer than { $n } KiB
form-malformed = it is not written as JSON with names and values
form-nameless = it has no “name” of letters, digits and hyphens
form-taken = there is one called { $name } already
form-cut = { $place } was cut to the length that is allowed
form-cleaned = { $place } had characters that cannot stand there
form-clamped = { $place } was brought within its bounds
form-shortened = of { $place } only the first are used
form-repeated = { $place } is there twice
form-unknown = { $place } is not known
form-unfit = { $place } is not what belongs there, or says nothing
