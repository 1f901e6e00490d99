# A container is a NixOS of its own. This one serves a page; `container` has what host.nix says of it.
{ container, pkgs, ... }:
{
  services.static-web-server = {
    enable = true;
    listen = "[::]:${toString container.proxy.port}";
    root = pkgs.writeTextDir "index.html" ''
      <!doctype html>
      <title>${container.name}</title>
      <p>${container.name} is deployed.</p>
    '';
  };
}
