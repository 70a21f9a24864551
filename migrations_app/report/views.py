"""The report of a plan."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from costcalc.accounts.access import Visit
from costcalc.accounts.models import User
from costcalc.accounts.roles import Role
from migrations_app.plans import Plan
from migrations_app.report.contents import report as made
from migrations_app.views import of_plan


@require_safe
@of_plan(Role.VIEWER)
def report(request: HttpRequest, came: Visit, plan: Plan) -> HttpResponse:
    """One page for those who decide, to print."""
    now = timezone.now()
    found = made(plan.state, now)
    owners = {line.owner for line in (*found.late, *found.ahead)} - {""}
    people = {user.public_id: user for user in User.objects.filter(public_id__in=owners)}
    context = {
        "visit": came,
        "plan": plan,
        "state": plan.state,
        "report": found,
        "forecast": found.forecast,
        "late": [(line, people.get(line.owner)) for line in found.late],
        "ahead": [(line, people.get(line.owner)) for line in found.ahead],
        "now": now,
    }
    return render(request, "planner/report.html", context)
