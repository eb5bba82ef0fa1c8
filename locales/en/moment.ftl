# What passes while people meet: time that runs.

title-words = { $words } · { $title }
timer-left = { $minutes } minutes and { $seconds } seconds left
settings-sound = Sound
settings-sound-words = Rings softly when the time is up.
