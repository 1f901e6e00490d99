# The reference server as a whole, and a host that asks for nothing.
{
  host,
  reference,
  refusesOnly,
  self,
  warnsOnly,
  ...
}:
let
  small = host [ ];
in
{
  "the reference server contradicts nothing" = refusesOnly reference [ ];
  "a host with nothing but the modules contradicts nothing" = refusesOnly small [ ];
  "a module that is named twice is imported once" =
    let
      inherit (self.nixosModules) containers lean-host vps-deploy;
    in
    refusesOnly (host [
      containers
      lean-host
      vps-deploy
    ]) [ ];
}
