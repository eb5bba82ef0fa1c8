# What is not drawn until somebody asks: how much there is of it.

show-more = { $which ->
    [rest] Show { $n } more
   *[some] Show { $step } of { $n } more
}
show-earlier = { $which ->
    [rest] Show { $n } earlier
   *[some] Show { $step } of { $n } earlier
}
show-rest = { $n ->
    [one] Show the last character
   *[other] Show the rest ({ $n } characters)
}
names-and-more = { $n ->
    [one] { $names } and 1 other
   *[other] { $names } and { $n } others
}
