"""What a field may ask of the operation it is part of."""

import strawberry

from resolvers.context import Context

Info = strawberry.Info[Context, None]
