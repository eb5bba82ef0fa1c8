# A part of the page that comes when it is opened.
part-coming = This comes in a moment …
part-failed = This part of the page did not come. Look at the connection and try again. If the page was updated meanwhile, reload it.
part-retry = Try again
