"""Who is signed in, by the cookies of a request that Django has not seen. In a thread: the database is asked."""

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest, parse_cookie

from costcalc.accounts.models import User


def signed_in(cookies: str) -> User | None:
    """Whose session a cookie among these is; None for nobody's. Raises DatabaseError."""
    # As Django reads them: http.cookies gives up all of them for one that another program of this host wrote oddly.
    found = parse_cookie(cookies).get(settings.SESSION_COOKIE_NAME)
    if not found:
        return None
    request = HttpRequest()
    request.session = SessionStore(found)
    user = get_user(request)
    return user if isinstance(user, User) else None
