"""How often and how long: the numbers of mail, in one place."""

from datetime import timedelta

# A person who gets more than this is being flooded by a mistake or an attack; what exceeds it waits, nothing is
# dropped.
MOST_PER_HOUR = 20
AN_HOUR = timedelta(hours=1)

# A first notice nobody reacts to within a day goes to the next contact.
PATIENCE = timedelta(hours=24)

# Lines of one digest; the rest is counted.
MOST_ITEMS = 30

# A mail connection that rested longer is opened anew: servers close idle ones after minutes.
CONNECTION_REST = timedelta(seconds=30)
