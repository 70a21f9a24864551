from ninja import NinjaAPI

api = NinjaAPI(title="costcalc", version="1", urls_namespace="api")
