# The reference server as a whole, and a host that asks for nothing.
{
  host,
  reference,
  refusesOnly,
  warnsOnly,
  ...
}:
let
  small = host [ ];
in
{
  "the reference server contradicts nothing" = refusesOnly reference [ ];
  "a host with nothing but the modules contradicts nothing" = refusesOnly small [ ];
}
