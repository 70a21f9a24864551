"""People: who has an account, and how they are found by their address."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from costcalc.accounts import capability


class UserManager(BaseUserManager["User"]):
    """Makes users, who are named by their e-mail address alone."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Store a user; without a password one who cannot sign in by password.

        Raises ValueError for an empty address.
        """
        if not email.strip():
            raise ValueError("A user needs an e-mail address.")
        # In small letters, as allauth looks for it.
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Store a user with every permission; same errors as `create_user`."""
        return self.create_user(email, password, **{**fields, "is_staff": True, "is_superuser": True})

    def get_by_natural_key(self, email: str | None) -> "User":
        """The user who signs in with this address, in whatever case it is typed."""
        return self.get(email__iexact=email)


CURRENCIES = (
    ("USD", _("US dollar")),
    ("VND", _("Vietnamese đồng")),
    ("CNY", _("Chinese yuan")),
    ("EUR", _("euro")),
)


class User(AbstractBaseUser, PermissionsMixin):
    """Someone who signs in by e-mail. There is no user name."""

    public_id = models.CharField(max_length=12, unique=True, default=capability.new_id, editable=False)
    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=150, blank=True)
    # Empty: as the browser says, or its cookies.
    language = models.CharField(_("language"), max_length=8, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True)
    currency = models.CharField(_("currency"), max_length=3, choices=CURRENCIES, default="USD")
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("staff"), default=False)
    date_joined = models.DateTimeField(_("joined"), default=timezone.now, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            # Ann@example.org and ann@example.org are one mailbox to everybody but the RFC.
            models.UniqueConstraint(Lower("email"), name="accounts_user_email_once_in_any_case"),
        ]

    def __str__(self) -> str:
        return self.name or self.email
