"""What was built, and was it better: one page for people, a card for each model. Made of the build's files alone, so
that equal files give equal bytes: seconds, hosts and money as it was spent stand in the tracking.

    build     the files of a build, by recipe     examples   which rows are worth a look
    pictures  tables -> SVG                       page       the page
    card      a model's card, as the hub reads it
"""
