// An ASP.NET Core 2.2 app as a project template makes it, with the shared ways of failing and those of a Startup class.
using System;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

internal static class WebApp
{
    internal static string Mode;
    private static Socket taken;

    private static int Main(string[] args)
    {
        Mode = Failures.ReadMode(args);
        int exit;
        if (!Failures.Before(Mode, out exit))
            return exit;
        if (Mode == "ignore-signals")
            Console.CancelKeyPress += (sender, pressed) => pressed.Cancel = true;

        int port = Failures.Port(Mode);
        IWebHostBuilder builder = WebHost.CreateDefaultBuilder(args).UseStartup<Startup>();
        // IIS integration wins over any address of the app's own, and the module's hosting startup brings it into every
        // host: these are built without it and refuse that.
        if (Mode == "fixed-port")
            builder = OwnHost(IPAddress.Loopback, 5000);
        else if (Mode == "ipv6-only")
            builder = OwnHost(IPAddress.IPv6Loopback, port);
        else if (Mode == "port-in-use")
        {
            // Held without listening: the module sees nothing, Kestrel an address in use.
            taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            taken.ExclusiveAddressUse = true;
            taken.Bind(new IPEndPoint(IPAddress.Loopback, port));
        }
        if (Mode == "not-captured")
            builder = builder.CaptureStartupErrors(false);
        IWebHost host = builder.Build();
        if (Mode == "crash-later")
            Task.Run(() => { Thread.Sleep(2000); Environment.FailFast("sample: failed after the start"); });
        host.Run();
        if (Mode == "ignore-signals")
            Thread.Sleep(Timeout.Infinite);
        return 0;
    }

    private static IWebHostBuilder OwnHost(IPAddress address, int port)
    {
        return new WebHostBuilder().UseSetting(WebHostDefaults.PreventHostingStartupKey, "true")
            .UseKestrel(kestrel => kestrel.Listen(address, port)).UseStartup<Startup>();
    }
}

public sealed class Startup
{
    public void ConfigureServices(IServiceCollection services)
    {
        if (WebApp.Mode == "services-exception")
            throw new InvalidOperationException("sample: thrown in Startup.ConfigureServices");
        if (WebApp.Mode == "di-missing")
            services.AddSingleton<NeedsClock>();
    }

    public void Configure(IApplicationBuilder app)
    {
        if (WebApp.Mode == "startup-exception" || WebApp.Mode == "not-captured")
            throw new InvalidOperationException("sample: thrown in Startup.Configure");
        if (WebApp.Mode == "di-missing")
            app.ApplicationServices.GetRequiredService<NeedsClock>();
        app.Run(context =>
        {
            if (WebApp.Mode == "answers-500")
                throw new InvalidOperationException("sample: thrown in a request");
            return context.Response.WriteAsync("hello from " + context.Request.Method + " " + context.Request.Path);
        });
    }
}

public interface IClock
{
}

public sealed class NeedsClock
{
    public NeedsClock(IClock clock)
    {
    }
}
