# What waits for the person at this tab.

for-you = For you
for-you-count = { $n ->
    [0] Nothing waits for you
    [one] { $n } thing waits for you
   *[other] { $n } things wait for you
}
for-you-notification = { $room }: { $n ->
    [one] one thing waits for you
   *[other] { $n } things wait for you
}
key-for-you = What waits for you
title-count = ({ $n }) { $title }
waits-mention = { $name } names you: “{ $words }”
waits-mentions = { $n ->
    [one] One more message names you
   *[other] { $n } more messages name you
}
